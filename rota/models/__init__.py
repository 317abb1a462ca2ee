"""The tables of rotas; nothing is computed here."""

from rota.models.handovers import SlackAccount, Step
from rota.models.rotas import LATELY, Member, Rota
from rota.models.shifts import Absence, Duty, Move, Shift, Swap

__all__ = [
    "LATELY",
    "Absence",
    "Duty",
    "Member",
    "Move",
    "Rota",
    "Shift",
    "SlackAccount",
    "Step",
    "Swap",
]
