"""Foreign words on a page: shown as they are, never as markup."""

from __future__ import annotations


def brief(text: str, most: int = 30) -> str:
    """Return a text on one line, its middle left out where it is long, for what draws no Markdown.

    >>> brief("not_cake\\n")
    'not_cake '
    """
    text = "".join(sign if sign.isprintable() else " " for sign in text)
    return text if len(text) <= most else f"{text[: most * 2 // 3]}...{text[-most // 4 :]}"


def plain(text: str, most: int = 30) -> str:
    """Return a text so that Markdown draws it as it is, its middle left out where it is long.

    >>> plain("**cake**")
    '\\\\*\\\\*cake\\\\*\\\\*'
    """
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-.!|<>:$~&=" else sign for sign in brief(text, most))
