"""What an operator can set: HEADWATER_* in the environment. The only file that reads it; rooms receive values."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from models import DEFAULT

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Settings(BaseSettings):
    """Frozen once read. Secrets print as stars. Documented in docs/settings.md, which a test compares."""

    model_config = SettingsConfigDict(env_prefix="HEADWATER_", frozen=True, extra="ignore")

    data_dir: Path = Path("./data")
    """Database, index, converted models, lock. Kept private to the user who runs it."""
    workspace: str = Field(default="default", pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    """Whose people these are. A process serves one; keys, users and people of another are not known to it."""
    database_url: SecretStr | None = None
    """SQLAlchemy URL. Unset: a SQLite file in ``data_dir``. Secret because it may carry a password."""
    qdrant_url: str | None = None
    """A Qdrant server. Unset: the embedded index in ``data_dir``."""
    qdrant_api_key: SecretStr | None = None
    encoder: str = DEFAULT
    """A name of ``headwater models list``."""
    ranking: Path | None = None
    """A file that ``headwater eval tune`` wrote. Unset: the weights of docs/ranking.md."""
    reranker: Path | None = None
    """A folder with a cross-encoder that reads the first few once more. Unset: nobody does."""
    encoder_dir: Path | None = None
    """Where converted encoders go. Unset: ``models`` in ``data_dir``. Several installations may share it."""
    secret_key: SecretStr | None = Field(default=None, min_length=32)
    """What API keys and sessions are derived from. Needed to listen beyond loopback; else made in ``data_dir``."""
    secret_key_before: SecretStr | None = Field(default=None, min_length=32)
    """The secret until now, while it is changed: it opens the credentials of connections that were sealed with it."""
    oidc_issuer: str | None = None
    """A company's identity provider, as it calls itself: ``https://login.example.com``. Unset: passwords and keys."""
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    """Unset for a public client: PKCE is used either way."""
    oidc_allowed_domains: str = ""
    """``example.com, example.org``: whose addresses may come in; they get an account (role viewer) at their first
    sign-in. Empty: only who was added."""
    host: str = "127.0.0.1"
    port: int = Field(default=8642, ge=0, le=65_535)
    public_url: str | None = None
    """The address people use, where a proxy stands in front: ``https://headwater.example.com``."""
    max_body_mb: float = Field(default=64.0, gt=0, le=1024)
    """Largest ``PUT /v1/people``. Every other body may have 1 MB."""
    result_list_minutes: float = Field(default=30.0, gt=0, le=24 * 60)
    """How long a page cursor lives."""

    def secrets(self) -> dict[str, str | None]:
        """As ``secret_of`` takes them."""
        given = {"given": self.secret_key, "before": self.secret_key_before}
        return {name: value.get_secret_value() if value else None for name, value in given.items()}

    @property
    def loopback(self) -> bool:
        return self.host in LOOPBACK

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in use."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{(self.data_dir / 'headwater.db').resolve()}"

    @property
    def index_dir(self) -> Path:
        return self.data_dir / ("index" if self.workspace == "default" else f"index-{self.workspace}")

    @property
    def model_dir(self) -> Path:
        return self.encoder_dir or self.data_dir / "models"
