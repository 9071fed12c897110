"""How fast the solvers are, beside what people would use instead: ``python -m`` this package."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # more would wait in circles on a busy machine
