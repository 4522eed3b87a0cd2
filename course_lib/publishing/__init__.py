"""From a lesson's source to notebooks, to executed notebooks, to the site. Students never import it."""
