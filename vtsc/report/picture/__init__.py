"""Pictures of saved runs: a scene is made of a run, laid out, and drawn as SVG, alone or in a page."""
