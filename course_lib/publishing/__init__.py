"""From a lesson's source to notebooks, to executed notebooks, to the site. Students never import it."""

import sys

# `nbformat` imports what checks JSON, and that a grammar of international addresses, if it is there, which takes two
# seconds to make at every start; no notebook's rule asks for it.
sys.modules.setdefault("rfc3987_syntax", None)
