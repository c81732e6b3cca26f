"""Wrong settings end a command before it touches anything, with what to set."""

import pytest

from tests.sample_company import ROOT, SEPTEMBER, Company, run_here

CASES = {
    "unknown variable": (
        {"TIEOUT_ORGANIZATION": "ACME"},
        "The settings do not hold.\n"
        "environment variable TIEOUT_ORGANIZATION: unknown setting\n"
        '    Did you mean "TIEOUT_ORGANISATION"?',
    ),
    "unknown time zone": (
        {"TIEOUT_TIME_ZONE": "Auckland"},
        "The settings do not hold.\n"
        'environment variable TIEOUT_TIME_ZONE: unknown time zone "Auckland". Did you mean "Pacific/Auckland"?\n'
        "    time_zone: The organisation's time zone: when its months begin and end.",
    ),
    "two at once": (
        {"TIEOUT_XERO_URL": "api.xero.com", "TIEOUT_ORGANISATION": "A C M E"},
        "The settings do not hold.\n"
        'environment variable TIEOUT_ORGANISATION: expected 1 to 16 letters and digits, found "A C M E"\n'
        "    organisation: Prefix of the tags that find our journals in Xero.\n"
        'environment variable TIEOUT_XERO_URL: expected an address such as "https://api.xero.com"\n'
        "    xero_url: Xero's API.",
    ),
    "home that is not there": (
        {"TIEOUT_HOME": "/nowhere/at/all"},
        "The settings do not hold.\n"
        "environment variable TIEOUT_HOME: the folder /nowhere/at/all does not exist\n"
        "    home: Folder with mappings, data and tieout.toml.",
    ),
    "secret that is missing": (
        {"TIEOUT_XERO_CLIENT_SECRET": ""},
        "The settings do not say how to sign in to Xero.\n"
        "TIEOUT_XERO_CLIENT_SECRET: is not set, and nobody is signed in\n"
        "    Set it in the environment for a custom connection; without one, sign in: tieout connect",
    ),
    "secret that Xero does not know": (
        {"TIEOUT_XERO_CLIENT_SECRET": "wrong"},
        "Xero's token server XERO/connect/token refuses the client (400 invalid_client).\n"
        "    Check TIEOUT_XERO_CLIENT_ID and TIEOUT_XERO_CLIENT_SECRET, and that the app is a custom connection.",
    ),
    "key that Cin7 does not know": (
        {"TIEOUT_OMNI_KEY": "wrong"},
        "GET CIN7/api/v1/Branches: Cin7 Omni does not know this user name and key (401).\n"
        "    Check TIEOUT_OMNI_USERNAME and TIEOUT_OMNI_KEY: they belong to an API connection "
        "(in Omni: Settings > Integrations > API v1), not to a person's login.",
    ),
}


@pytest.mark.parametrize(("environment", "message"), CASES.values(), ids=[name.replace(" ", "-") for name in CASES])
def test_a_wrong_setting_is_told_with_what_to_write(
    untouched: Company, environment: dict[str, str], message: str
) -> None:
    stopped = untouched.tieout("close", SEPTEMBER, **environment)
    told = stopped.message.replace(untouched.settings.xero_url, "XERO").replace(untouched.settings.omni_url, "CIN7")
    assert (stopped.exit_code, told, stopped.out) == (2, message, "")
    assert untouched.books.journals() == []


def test_a_key_of_tieout_toml_that_means_nothing_is_told_with_its_line(opened: Company) -> None:
    opened.rewrite("tieout.toml", '# ours\ntimezone = "Pacific/Auckland"\n')
    stopped = opened.tieout("status")
    assert (stopped.exit_code, stopped.message) == (
        2,
        'The settings do not hold.\nHOME/tieout.toml:2: unknown key "timezone"\n    Did you mean "time_zone"?',
    )


def test_mappings_that_are_not_there_are_a_data_problem(untouched: Company) -> None:
    stopped = untouched.tieout("close", SEPTEMBER, "--mappings", untouched.home / "elsewhere")
    assert (stopped.exit_code, stopped.message) == (
        3,
        "The mappings do not hold. Nothing was posted.\n"
        "HOME/elsewhere: there is no such folder\n"
        "    Set TIEOUT_MAPPINGS to the folder that holds accounts.yaml and its sisters",
    )


def test_a_command_that_does_not_exist_is_a_usage_error() -> None:
    stopped = run_here(ROOT, "clos")
    assert stopped.exit_code == 2
    assert "No such command 'clos'. Did you mean 'close', 'cost'?" in stopped.message
