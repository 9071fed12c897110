"""The literal coalition-perfect definition: witnesses, and proofs that there is none."""
