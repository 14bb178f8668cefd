"""What runs the product on one machine: engines, supervisor, mail catcher and the build of the front end. Not in the production image."""
