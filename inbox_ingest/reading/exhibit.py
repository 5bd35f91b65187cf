"""What the rules of `role_rules` look at: all that is known of one file when its role is decided."""

from __future__ import annotations

from dataclasses import dataclass

from inbox_ingest.campaigns import Campaign, squeeze
from inbox_ingest.reading.counting import count_characters
from inbox_ingest.reading.document import Document
from inbox_ingest.reading.form_traces import has_trace_of_form
from inbox_ingest.records import CaseText, FormRecord, Role, ScanRecord

CAPTION = 40  # 字: fewer are a caption


@dataclass(frozen=True, slots=True)
class Exhibit:
    """All that is known of one file when its role is decided; what was not read is None.

    `pixels` are width and height of a picture; `inline` says that the mail's own text shows it.
    """

    kind: str
    filename: str | None
    campaign: Campaign
    document: Document | None = None
    form: FormRecord | None = None
    case_text: CaseText | None = None
    scan: ScanRecord | None = None
    size: int = 0
    pixels: tuple[int, int] | None = None
    inline: bool = False

    def named(self, role: Role) -> bool:
        """Whether the file name has one of the campaign's words for this role."""
        return role in named_roles(self.filename, self.campaign)

    def called(self, words: tuple[str, ...]) -> bool:
        """Whether the file name has one of these words."""
        name = squeeze(self.filename or "")
        return any(word in name for word in words)

    @property
    def called_appendix(self) -> bool:
        """Whether the file name says that it is the appendix of the case text (附录.pdf)."""
        sections = self.campaign.text.sections
        labels = [label for section in sections if section.appendix for label in section.labels]
        return self.called(tuple(map(squeeze, labels)))

    @property
    def reads_otherwise(self) -> bool:
        """Whether recognised pages, read well, hold a text without any word of the form.

        Then no name makes them a form. A page with next to no text may be the form's last one.
        """
        document = self.document
        return (
            document is not None
            and document.means == "ocr"
            and self.form is None
            and not document.lost
            and count_characters(document.text) > CAPTION
            and not has_trace_of_form(document, self.campaign)
        )

    @property
    def sections(self) -> int:
        """How many different sections of the case text were found."""
        return 0 if self.case_text is None else len({x.name for x in self.case_text.sections})


def named_roles(filename: str | None, campaign: Campaign) -> frozenset[Role]:
    """The roles whose words (campaign `documents.names`) stand in a file name."""
    name = squeeze(filename or "")
    return frozenset(
        document.role
        for document in campaign.documents
        if any(squeeze(word) in name for word in document.names)
    )
