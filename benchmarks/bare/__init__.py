"""An app with one bare view that stores a body in a row: what the webhook is compared with."""
