# conformance: -m runs a module of a package with its relative imports
# run: -m package_m.tool
# args: -x y
