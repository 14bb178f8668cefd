"""Pages: one module a journey, forms, templates and the look. Delivery only: every rule stands below this package."""
