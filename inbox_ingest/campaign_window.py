"""When mail counts for a call: whole days in the zone of the campaign."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationInfo, field_validator

from inbox_ingest.records import Frozen


class Window(Frozen):
    """When mail counts. Dates are whole days in the campaign's time zone; `closes` is included."""

    collect_from: date
    opens: date
    closes: date
    timezone: str = "Asia/Shanghai"

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("须是 IANA 时区名，如 Asia/Shanghai") from error
        return value

    # On the field, not on the model: so it is told together with a mistake in another key.
    @field_validator("closes")
    @classmethod
    def _in_order(cls, value: date, info: ValidationInfo) -> date:
        given = [info.data.get("collect_from"), info.data.get("opens"), value]
        days = [day for day in given if day is not None]
        if days != sorted(days):
            raise ValueError("须满足 collect_from ≤ opens ≤ closes")
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The campaign's time zone."""
        return ZoneInfo(self.timezone)

    def starts_at(self) -> datetime:
        """The first moment whose mail is collected."""
        return datetime.combine(self.collect_from, time(), self.zone)

    def ends_at(self) -> datetime:
        """The first moment after the window: 24:00 of its last day."""
        return datetime.combine(self.closes + timedelta(days=1), time(), self.zone)

    def days_left(self, now: datetime) -> int:
        """Whole days from the day of `now` to the last day: 0 on it, negative after it."""
        return (self.closes - now.astimezone(self.zone).date()).days
