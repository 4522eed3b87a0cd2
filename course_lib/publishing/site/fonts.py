"""The font of the formulae: STIX Two Math, cut down to the signs of the site, so that formulae look alike anywhere."""

from __future__ import annotations

import importlib.util
import logging
import unicodedata
from pathlib import Path

# What browsers build stretched signs, roots, accents and primes from, whether or not it stands in the text.
_ALWAYS = "()[]{}|‖/\\√−+=<>,.:;′″ˆ˜¯˙¨→⏞⏟―^~ 0123456789"
# Plain letter → its mathematical italic, Latin and Greek; of h that is Planck's constant.
_ITALIC = {
    unicodedata.normalize("NFKC", chr(code)): chr(code)
    for code in (0x210E, *range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C))
}


def write_maths_font(characters: set[str], path: Path) -> None:
    """Write a font (WOFF) that holds these characters and their sizes and variants.

    Args:
        characters: every character of every formula.
        path: the file.
    """
    from fontTools import subset

    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it reports every table it cuts
    options = subset.Options()
    options.flavor = "woff"
    options.layout_features = ["*"]
    options.name_IDs = ["*"]  # the licence (SIL Open Font License 1.1) travels with the font
    options.notdef_outline = True
    # Only the file is wanted: importing the package would load a whole renderer.
    package = Path(importlib.util.find_spec("ziamath").origin).parent
    font = subset.load_font(str(package / "fonts" / "STIXTwoMath-Regular.ttf"), options)
    # A browser draws single letters in their italic form by itself: those forms are needed too.
    wanted = characters | set(_ALWAYS) | {_ITALIC.get(character, character) for character in characters}
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[ord(character) for character in wanted])
    subsetter.subset(font)
    path.parent.mkdir(parents=True, exist_ok=True)
    subset.save_font(font, str(path), options)
