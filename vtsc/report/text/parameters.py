"""Parameters as text: those that differ from the defaults of their cell, or all."""

from vtsc.content.content import Content
from vtsc.language.parameters import Settings
from vtsc.report.text.wrapping import hanging


def changed(content: Content, design: str, name: str, settings: Settings) -> dict[str, int | str]:
    """The parameters that differ from the defaults of a cell; ``name`` is a property or a "sometimes"."""
    return content.changed(design, name if name in content.properties else None, settings)


def parameters(
    content: Content, design: str, name: str, settings: Settings, everything: bool
) -> list[str]:
    """The lines that tell them; none where all have their defaults, unless ``everything`` is wanted."""
    told = settings.texts() if everything else changed(content, design, name, settings)
    return hanging("params: " + " ".join(f"{k}={v}" for k, v in told.items())) if told else []
