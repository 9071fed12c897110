"""How tasks are executed: here, in processes beside this one, or on a cluster; one way for all."""
