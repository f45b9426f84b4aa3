// File-server gives out a folder over HTTP: the lab's package repository. Ranges and dates are answered as apt wants.
package main

import (
	"flag"
	"log"
	"net/http"
	"time"
)

func logged(files http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		log.Printf("%s %s %s", r.RemoteAddr, r.Method, r.URL.Path)
		files.ServeHTTP(w, r)
	})
}

func main() {
	folder := flag.String("folder", "", "folder to serve")
	listen := flag.String("listen", "127.0.0.1:8081", "address to listen on")
	flag.Parse()
	if *folder == "" {
		log.Fatal("-folder is missing")
	}
	server := &http.Server{
		Addr:              *listen,
		Handler:           logged(http.FileServer(http.Dir(*folder))),
		ReadHeaderTimeout: 10 * time.Second,
	}
	log.Printf("serving %s on %s", *folder, *listen)
	log.Fatal(server.ListenAndServe())
}
