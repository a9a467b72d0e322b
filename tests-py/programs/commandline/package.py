# conformance: -m runs a package's __main__
# run: -m package_m
# args: z
