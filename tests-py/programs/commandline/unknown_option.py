# conformance: an unknown option is status 2
# run: --there-is-none
# exit: 2
# stderr: contains there-is-none
