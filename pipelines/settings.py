"""Typed settings: the environment over `tieout.toml`, every problem at once, secrets masked."""

import os
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from pipelines.errors import UsageProblem
from pipelines.masking import remember, remember_login
from pipelines.settings_problems import PREFIX, SettingsFile, describe_error, find_unknown_variables

FILE_NAME = "tieout.toml"


def _as_url(text: str) -> str:
    """An address of a server, without the slash at its end."""
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", text):
        raise ValueError('expected an address such as "https://api.xero.com"')
    return text.rstrip("/")


def _as_zone(name: str) -> str:
    """The name of a time zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = get_close_matches(name, available_timezones(), n=1)
        hint = f'. Did you mean "{near[0]}"?' if near else ', expected one such as "Pacific/Auckland"'
        raise ValueError(f'unknown time zone "{name}"{hint}') from None
    return name


def _as_memory(text: str) -> str:
    """An amount of memory as DuckDB reads it."""
    if not re.fullmatch(r"\d+(\.\d+)? ?[KMGT]i?B", text, re.IGNORECASE):
        raise ValueError(f'expected an amount such as "4GB", found "{text}"')
    return text


def _as_tag_prefix(text: str) -> str:
    """Letters and digits: the rest of a tag follows after a hyphen."""
    if not re.fullmatch(r"[A-Za-z0-9]{1,16}", text):
        raise ValueError(f'expected 1 to 16 letters and digits, found "{text}"')
    return text


Url = Annotated[str, AfterValidator(_as_url)]
Zone = Annotated[str, AfterValidator(_as_zone)]
Memory = Annotated[str, AfterValidator(_as_memory)]
TagPrefix = Annotated[str, AfterValidator(_as_tag_prefix)]


def _default_home() -> Path:
    """The checkout that this code runs from; for an installed copy, the folder the command was started in."""
    checkout = Path(__file__).resolve().parents[1]
    return checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()


class Settings(BaseSettings):
    """Where things are and how to reach both ends; `load_settings` gives readable problems, this class pydantic's."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True, hide_input_in_errors=True
    )

    home: Path = Field(default_factory=_default_home, description="Folder with mappings, data and tieout.toml")
    mappings: Path = Field(
        default_factory=lambda given: given.get("home", Path()) / "mappings",
        description="Folder with the YAML mappings",
    )
    data: Path = Field(
        default_factory=lambda given: given.get("home", Path()) / "data", description="Folder with source files"
    )
    warehouse: Path = Field(
        default_factory=lambda given: given.get("home", Path()) / "data" / "warehouse.duckdb",
        description="The DuckDB file",
    )
    post_log: Path = Field(
        default_factory=lambda given: given.get("warehouse", Path()).parent / "post_log",
        description="Folder outside the warehouse that keeps what was posted, append-only",
    )
    pack_after_close: bool = Field(default=True, description="Whether each close writes its close pack")
    threads: int | None = Field(default=None, ge=1, le=1024, description="Threads that DuckDB may use; default all")
    memory: Memory | None = Field(
        default=None, description='Memory that DuckDB may use, such as "4GB"; default four fifths of the machine'
    )

    organisation: TagPrefix = Field(default="TIEOUT", description="Prefix of the tags that find our journals in Xero")
    time_zone: Zone = Field(default="UTC", description="The organisation's time zone: when its months begin and end")

    xero_url: Url = Field(default="https://api.xero.com", description="Xero's API")
    xero_token_url: Url = Field(default="https://identity.xero.com/connect/token", description="Where tokens come from")
    xero_authorize_url: Url = Field(
        default="https://login.xero.com/identity/connect/authorize", description="Where a person signs in to Xero"
    )
    xero_client_id: str | None = Field(default=None, description="Client of the Xero app")
    xero_client_secret: SecretStr | None = Field(default=None, description="Its secret")
    xero_tenant_id: str | None = Field(default=None, description="Xero organisation, where the client reaches several")

    xero_day_limit: int = Field(
        default=5000, ge=1, le=5000, description="Calls to Xero a day; 1000 for an app on the Starter tier"
    )
    xero_tokens: Path | None = Field(
        default=None, description="File that keeps the sign-in of `tieout connect`, in place of a keyring"
    )

    omni_url: Url = Field(default="https://api.cin7.com/api/v1", description="Cin7 Omni's API")
    omni_username: str | None = Field(default=None, description="Omni API user")
    omni_key: SecretStr | None = Field(default=None, description="Omni API key")
    omni_day_limit: int = Field(
        default=5000, ge=1, description="Calls to Omni a day, counted over the last 24 hours and across runs"
    )

    core_url: Url = Field(default="https://inventory.dearsystems.com/ExternalApi/v2", description="Cin7 Core's API")
    core_account_id: str | None = Field(default=None, description="Core account")
    core_key: SecretStr | None = Field(default=None, description="Core API key")

    extract_overlap_minutes: int = Field(
        default=10, ge=0, le=1440, description="How far before what was read the next extract asks Cin7 again"
    )
    extract_sweep_days: int = Field(
        default=1, ge=0, le=366, description="Days after which an extract looks for deleted rows again; 0 always"
    )
    extract_drop_personal: bool = Field(
        default=False, description="Drop names, addresses, e-mail and telephone of people before raw"
    )
    raw_months: int | None = Field(
        default=None, ge=1, description="Months that earlier versions of raw rows are kept; default for ever"
    )

    @field_validator("home")
    @classmethod
    def _resolve_home(cls, home: Path) -> Path:
        found = home.expanduser().absolute()
        if not found.is_dir():
            raise ValueError(f"the folder {found} does not exist")
        return found

    @field_validator("mappings", "data", "warehouse", "post_log")
    @classmethod
    def _resolve_path(cls, path: Path, info: ValidationInfo) -> Path:
        """A relative path of the environment or of tieout.toml starts at home."""
        home: Path = info.data.get("home", Path())
        return (home / path.expanduser()).absolute()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What the code gives, over the environment, over tieout.toml of the home that those two name."""
        home = init_settings().get("home") or env_settings().get("home") or _default_home()
        file = TomlConfigSettingsSource(settings_cls, Path(home).expanduser() / FILE_NAME)
        return init_settings, env_settings, file

    @property
    def data_dir(self) -> Path:
        """Folder that the relative input paths of a source YAML start from."""
        return self.data

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return ZoneInfo(self.time_zone)


SECRETS = tuple(name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation))
"""Settings that belong into the environment."""

MEANINGS = {name: field.description or "" for name, field in Settings.model_fields.items()}
"""What each setting is, by name."""


def load_settings(**overrides: object) -> Settings:
    """Settings of this process: what the command line says, over `TIEOUT_…` variables, over `tieout.toml`.

    Args:
        overrides: values of the command line by setting name; None counts as not given. A relative path starts at the
            current folder, where those of the environment and of tieout.toml start at home.

    Raises:
        UsageProblem: with every problem at once, each with its place and the next step (exit 2).
    """
    given: dict[str, Any] = {
        name: value.expanduser().absolute() if isinstance(value, Path) else value
        for name, value in overrides.items()
        if value is not None
    }
    home = Path(given.get("home") or os.environ.get(f"{PREFIX}HOME") or _default_home()).expanduser()
    file = SettingsFile(home / FILE_NAME)
    problems = find_unknown_variables(MEANINGS) + file.find_problems(MEANINGS, SECRETS)
    try:
        settings = Settings(**given)
    except ValidationError as error:
        for details in error.errors(include_input=False):
            problems += describe_error(details, given, file, MEANINGS)
    if problems:
        raise UsageProblem("The settings do not hold.", problems)
    for name in SECRETS:
        remember(getattr(settings, name))
    remember_login(settings.xero_client_id, settings.xero_client_secret)
    remember_login(settings.omni_username, settings.omni_key)
    return settings
