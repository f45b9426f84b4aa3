// Echo answers every request with the request itself, as JSON. The lab's tests ask it across pods, Services and node
// ports, and see from the answer who asked and which pod answered. With -get or -dial it is the one that asks.
package main

import (
	"encoding/json"
	"flag"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// answer is what a caller gets back; the names are those of the well-known HTTP echo services.
type answer struct {
	Args    map[string]string `json:"args"`
	Body    string            `json:"data"`
	Headers map[string]string `json:"headers"`
	Method  string            `json:"method"`
	Origin  string            `json:"origin"`
	Server  string            `json:"server"` // host name of the one that answers: the pod's name
	URL     string            `json:"url"`
}

const bodyLimit = 1 << 20

func echo(server string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
		if err != nil {
			http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer{
			Args:    first(r.URL.Query()),
			Body:    string(body),
			Headers: first(r.Header),
			Method:  r.Method,
			Origin:  r.RemoteAddr,
			Server:  server,
			URL:     "http://" + r.Host + r.URL.String(),
		})
	}
}

func first(values map[string][]string) map[string]string {
	joined := make(map[string]string, len(values))
	for name, all := range values {
		joined[name] = strings.Join(all, ",")
	}
	return joined
}

// get prints what a URL answers.
func get(url string, limit time.Duration) error {
	response, err := (&http.Client{Timeout: limit}).Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(os.Stdout, response.Body)
	return err
}

// dial opens a TCP connection and closes it: whether a port is reachable, whatever is spoken there.
func dial(address string, limit time.Duration) error {
	connection, err := net.DialTimeout("tcp", address, limit)
	if err != nil {
		return err
	}
	return connection.Close()
}

func main() {
	listen := flag.String("listen", ":8080", "address to listen on")
	url := flag.String("get", "", "print what this URL answers, and end")
	address := flag.String("dial", "", "connect to this host:port over TCP, and end")
	limit := flag.Duration("limit", 3*time.Second, "how long -get and -dial may take")
	flag.Parse()
	switch {
	case *url != "":
		exit(get(*url, *limit))
	case *address != "":
		exit(dial(*address, *limit))
	}
	name, _ := os.Hostname()
	server := &http.Server{Addr: *listen, Handler: echo(name), ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}

func exit(err error) {
	if err != nil {
		log.Fatal(err)
	}
	os.Exit(0)
}
