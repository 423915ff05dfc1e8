"""Training of `compact`, the packaged backbone, from random initialisation."""
