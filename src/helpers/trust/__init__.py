"""What a stranger asks of a package: is it what was published, does it follow from the inputs, what has changed."""
