"""Who an account is at a company's identity provider. What that provider said is checked before this is asked."""

from __future__ import annotations

from sqlalchemy import Engine, select

from indexer.ledger import account_tables as a
from indexer.ledger.accounts import Account, new_account, read_account, same_email
from indexer.ledger.database import Clock, stamp


class Subjects:
    """Thread-safe."""

    def __init__(self, writing: Engine, clock: Clock) -> None:
        self._writing, self._clock = writing, clock

    def account(
        self, workspace: str, issuer: str, subject: str, *, email: str, name: str, role: str | None
    ) -> Account | None:
        """The account of that subject; at their first sign-in that of the e-mail address, which is theirs from then on.

        role: of an account made for whoever has none; None makes none. None is returned too where the address's account
        is another subject's: a provider that gives an address to somebody new must not give them the old account.
        """
        s, c = a.subject.c, a.account.c
        with self._writing.begin() as conn:
            known = select(a.account).join(a.subject, s.account_id == c.id)
            known = known.where(s.workspace == workspace, s.issuer == issuer, s.subject == subject)
            row = conn.execute(known).one_or_none()
            if row is not None:
                return read_account(row._mapping)
            own = (c.workspace == workspace, c.email == same_email(email))
            row = conn.execute(select(a.account).where(*own)).one_or_none()
            if row is None:
                if role is None:
                    return None
                made = new_account(workspace, email, name=name, role=role, at=self._clock())
                conn.execute(a.account.insert().values(**made))
                row = conn.execute(select(a.account).where(*own)).one()
            taken = (s.workspace == workspace, s.issuer == issuer, s.account_id == row.id)
            if conn.execute(select(s.subject).where(*taken)).first() is not None:
                return None
            bound = {"workspace": workspace, "issuer": issuer, "subject": subject, "account_id": row.id}
            conn.execute(a.subject.insert().values(**bound, created_at=stamp(self._clock())))
            return read_account(row._mapping)
