"""`lang/python`: Python and a project's packages, through pip, uv, Poetry, PDM or Pipenv."""
