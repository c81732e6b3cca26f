"""Names, e-mails and numbers of contacts as they are compared and as Xero takes them (xero.md section 5)."""

import polars as pl

LONGEST_NAME = 255
LONGEST_NUMBER = 50

EMAIL = r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+"


def normal(text: pl.Expr) -> pl.Expr:
    """Text as it is compared: lower case, single spaces, none around; null where nothing is left."""
    return _filled(spaced(text).str.to_lowercase())


def compact(number: pl.Expr) -> pl.Expr:
    """A tax or account number as it is compared: capitals and digits only."""
    return _filled(number.str.to_uppercase().str.replace_all(r"[^0-9A-Z]", ""))


def spaced(text: pl.Expr) -> pl.Expr:
    """Text with single spaces and none around."""
    return text.str.replace_all(r"\s+", " ").str.strip_chars(" ")


def first_email(accounts_email: pl.Expr, email: pl.Expr) -> pl.Expr:
    """The one e-mail that is sent: the first address of the accounts department, else of any other.

    Cin7 keeps several in one field; they are divided by commas, semicolons or spaces.
    """
    return pl.coalesce(_first_address(accounts_email), _first_address(email))


def xero_name(name: pl.Expr) -> pl.Expr:
    """A name that Xero takes: no < and >, single spaces, at most 255 characters."""
    return spaced(spaced(name.str.replace_all("[<>]", " ")).str.slice(0, LONGEST_NAME))


def with_suffix(name: pl.Expr, suffix: pl.Expr) -> pl.Expr:
    """A name made different from another one of ours by what stands behind it in brackets."""
    room = LONGEST_NAME - 3 - suffix.str.len_chars().cast(pl.Int64)
    return spaced(name.str.slice(0, room)) + pl.lit(" (") + suffix + pl.lit(")")


def _first_address(text: pl.Expr) -> pl.Expr:
    return text.str.extract(f"({EMAIL})", 1).str.slice(0, LONGEST_NAME)


def _filled(text: pl.Expr) -> pl.Expr:
    """Nothing is null."""
    return pl.when(text != "").then(text)
