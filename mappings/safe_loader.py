"""PyYAML's composer without what makes a file unsafe or hard to read: anchors, aliases, tags, endless depth."""

import yaml
from yaml.nodes import Node, ScalarNode

from mappings.findings import Findings
from mappings.wording import quote

DEEPEST_NESTING = 20
REFUSED_TAG = "tieout:refused"
"""Tag of a node that was already reported: whoever meets it stays silent."""

NOT_READ = "anchors and aliases are not read"


class SafeComposer(yaml.SafeLoader):
    """Composes nodes and builds no objects; what it refuses is reported and keeps its place in the tree."""

    def __init__(self, text: str, findings: Findings) -> None:
        self.findings = findings
        self.depth = 0
        super().__init__(text)

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        """One node and all below it."""
        event: yaml.NodeEvent = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            return self._refused_alias()
        is_refused = self._refuse_anchor(event) | self._refuse_tag(event)
        if self.depth >= DEEPEST_NESTING:
            raise yaml.composer.ComposerError(None, None, f"nested deeper than {DEEPEST_NESTING} levels", _mark(event))
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        if is_refused and node is not None:
            node.tag = REFUSED_TAG
        return node

    def _refused_alias(self) -> Node:
        """Report `*name` and put a silent node in its place."""
        event: yaml.AliasEvent = self.get_event()  # type: ignore[no-untyped-call]
        said = f"*{event.anchor} repeats another part of the file"
        self.findings.add(_mark(event), said, f"Write the value out: {NOT_READ}")
        return ScalarNode(REFUSED_TAG, "", _mark(event), _mark(event))

    def _refuse_anchor(self, event: yaml.NodeEvent) -> bool:
        """Report `&name`, and go on as if it were not there."""
        if event.anchor is None:
            return False
        self.findings.add(_mark(event), f"&{event.anchor} is an anchor", f"Write each value out: {NOT_READ}")
        event.anchor = None
        return True

    def _refuse_tag(self, event: yaml.NodeEvent) -> bool:
        """Report `!tag`."""
        tag = getattr(event, "tag", None)
        if tag is None:
            return False
        self.findings.add(_mark(event), f"the tag {quote(tag)} is not read", "Delete it; quote a value that is text")
        return True


def _mark(event: yaml.Event) -> yaml.Mark:
    """Where the event starts; the composer always knows."""
    mark = event.start_mark
    if not isinstance(mark, yaml.Mark):  # pragma: no cover - PyYAML's own parser sets it
        raise TypeError(f"{event!r} has no place")
    return mark
