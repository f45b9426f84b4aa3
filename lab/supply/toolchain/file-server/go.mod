module perigee.invalid/lab/toolchain/file-server

go 1.26
