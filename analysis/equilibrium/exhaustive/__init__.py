"""Every ``coco`` equilibrium of a small game, by an argument that leaves no prices out."""
