module perigee.invalid/lab/toolchain/echo

go 1.26
