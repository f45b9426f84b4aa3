// An identity provider for the lab's tests: Dex' server over HTTPS, its people from a file, everything in memory. Dex' own
// program cannot be built from what can be fetched: its gRPC interface is in a module of which no new enough version is.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"log"
	"log/slog"
	"net/http"
	"os"
	"time"

	gosundheit "github.com/AppsFlyer/go-sundheit"
	"github.com/dexidp/dex/server"
	"github.com/dexidp/dex/server/signer"
	"github.com/dexidp/dex/server/tokens"
	"github.com/dexidp/dex/storage"
	"github.com/dexidp/dex/storage/memory"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/crypto/bcrypt"
)

// person of the file that -people names.
type person struct {
	Email    string   `json:"email"`
	Password string   `json:"password"`
	Groups   []string `json:"groups"`
	Verified *bool    `json:"verified"`
}

func main() {
	listen := flag.String("listen", "127.0.0.1:5556", "address and port to serve at")
	issuer := flag.String("issuer", "", "the provider's URL, as tokens say it")
	certificate := flag.String("cert", "", "file of the certificate, PEM")
	key := flag.String("key", "", "file of its key, PEM")
	people := flag.String("people", "", "file of people, JSON: [{email, password, groups, verified}]")
	client := flag.String("client", "kubernetes", "the client that people log in for")
	flag.Parse()
	handler, err := provider(*issuer, *people, *client)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServeTLS(*listen, *certificate, *key, handler))
}

func provider(issuer, people, client string) (http.Handler, error) {
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	passwords, err := passwordsOf(people)
	if err != nil {
		return nil, err
	}
	kept := storage.WithStaticPasswords(memory.New(logger), passwords, logger)
	kept = storage.WithStaticConnectors(kept, []storage.Connector{{ID: "local", Name: "Password", Type: "local"}})
	kept = storage.WithStaticClients(kept, []storage.Client{{
		ID: client, Name: client, Public: true, RedirectURIs: []string{"http://localhost:8000"},
	}})
	const valid = time.Hour
	local := signer.LocalConfig{KeysRotationPeriod: "6h"}
	signing, err := local.Open(context.Background(), kept, valid, time.Now, logger)
	if err != nil {
		return nil, err
	}
	refresh, err := tokens.NewRefreshTokenPolicy(logger, false, "", "", "")
	if err != nil {
		return nil, err
	}
	return server.NewServer(context.Background(), server.Config{
		Issuer:             issuer,
		Storage:            kept,
		Signer:             signing,
		AllowedGrantTypes:  []string{"authorization_code", "refresh_token", "password"},
		PasswordConnector:  "local",
		SkipApprovalScreen: true,
		IDTokensValidFor:   valid,
		RefreshTokenPolicy: refresh,
		HealthChecker:      gosundheit.New(),
		PrometheusRegistry: prometheus.NewRegistry(),
		Logger:             logger,
	})
}

func passwordsOf(file string) ([]storage.Password, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var people []person
	if err := json.Unmarshal(content, &people); err != nil {
		return nil, err
	}
	var passwords []storage.Password
	for _, each := range people {
		hash, err := bcrypt.GenerateFromPassword([]byte(each.Password), bcrypt.DefaultCost)
		if err != nil {
			return nil, err
		}
		passwords = append(passwords, storage.Password{
			Email: each.Email, Username: each.Email, UserID: each.Email, Hash: hash,
			Groups: each.Groups, EmailVerified: each.Verified,
		})
	}
	return passwords, nil
}
