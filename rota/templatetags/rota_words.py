"""The words of rotas for templates: a duty's verb and name, and the days of a shift."""

from django import template

from rota import words

register = template.Library()
register.filter("span", words.span)
register.filter("during", words.during)
register.filter("is_span", words.is_span)


@register.filter
def does(role: str) -> str:
    """leads, assists, serves"""
    return words.DOES[role]


@register.filter
def do(role: str) -> str:
    """As in “you lead”."""
    return words.DO[role]


@register.filter
def called(role: str) -> str:
    """As in “your lead on Monday”."""
    return words.CALLED[role]
