"""Every coco equilibrium of a game with up to three players."""
