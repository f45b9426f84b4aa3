module perigee.invalid/lab/toolchain/pause

go 1.26
