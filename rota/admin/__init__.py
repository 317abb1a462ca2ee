"""The admin of rotas: a file for each thing that is edited, and what their pages share."""

from rota.admin import absences, duties, moves, rotas, swaps

__all__ = ["absences", "duties", "moves", "rotas", "swaps"]
