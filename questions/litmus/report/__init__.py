"""What is told of the answers: text for people, a document for programs, and files."""

from questions.litmus.report.document import document, saved
from questions.litmus.report.text import text

__all__ = ["document", "saved", "text"]
