"""One module an instrument format. Each holds ``NAME``, ``recognises(source)`` and ``read(source)``.

A module put here is a reader: ``registry`` finds it.
"""
