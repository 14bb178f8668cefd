"""Minutes: drafted from what was recorded, approved by the chair, issued to each agency as that agency may see them."""
