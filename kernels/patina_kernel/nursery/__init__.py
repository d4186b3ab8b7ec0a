"""Warm templates: a kernel that is all set up and was never used, of which new ones are copies."""

# Names the process that started a template: it ends when that one does.
STARTER = "PATINA_NURSERY_STARTER"
