// An identity provider for the lab's tests: Dex' server over HTTPS, its people from a file, which may change while it runs,
// everything else in memory. Dex' own program cannot be built from what can be fetched: its gRPC interface is in a module of which no new enough version is.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"log"
	"log/slog"
	"net/http"
	"os"
	"sync"
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

// client of the file that -confidential names.
type client struct {
	ID        string   `json:"id"`
	Secret    string   `json:"secret"`
	Redirects []string `json:"redirects"`
}

// settings as the flags say them.
type settings struct {
	issuer, people, client, confidential string
	valid                                time.Duration
}

func main() {
	var given settings
	listen := flag.String("listen", "127.0.0.1:5556", "address and port to serve at")
	flag.StringVar(&given.issuer, "issuer", "", "the provider's URL, as tokens say it")
	certificate := flag.String("cert", "", "file of the certificate, PEM")
	key := flag.String("key", "", "file of its key, PEM")
	flag.StringVar(&given.people, "people", "", "file of people, JSON: [{email, password, groups, verified}]")
	flag.StringVar(&given.client, "client", "kubernetes", "the public client that people log in for")
	flag.StringVar(&given.confidential, "confidential", "", "file of a client with a secret, JSON: {id, secret, redirects}")
	flag.DurationVar(&given.valid, "valid", time.Hour, "how long tokens are good for")
	flag.Parse()
	handler, err := provider(given)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServeTLS(*listen, *certificate, *key, handler))
}

func provider(given settings) (http.Handler, error) {
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	clients, err := clientsOf(given)
	if err != nil {
		return nil, err
	}
	all := storage.WithStaticConnectors(
		&kept{Storage: memory.New(logger), people: given.people},
		[]storage.Connector{{ID: "local", Name: "Password", Type: "local"}},
	)
	all = storage.WithStaticClients(all, clients)
	local := signer.LocalConfig{KeysRotationPeriod: "6h"}
	signing, err := local.Open(context.Background(), all, given.valid, time.Now, logger)
	if err != nil {
		return nil, err
	}
	// Requests at once go on with one token.
	refresh, err := tokens.NewRefreshTokenPolicy(logger, false, "", "", "1s")
	if err != nil {
		return nil, err
	}
	return server.NewServer(context.Background(), server.Config{
		Issuer:             given.issuer,
		Storage:            all,
		Signer:             signing,
		AllowedGrantTypes:  []string{"authorization_code", "refresh_token", "password"},
		PasswordConnector:  "local",
		SkipApprovalScreen: true,
		IDTokensValidFor:   given.valid,
		RefreshTokenPolicy: refresh,
		HealthChecker:      gosundheit.New(),
		PrometheusRegistry: prometheus.NewRegistry(),
		Logger:             logger,
	})
}

func clientsOf(given settings) ([]storage.Client, error) {
	clients := []storage.Client{{
		ID: given.client, Name: given.client, Public: true, RedirectURIs: []string{"http://localhost:8000"},
	}}
	if given.confidential == "" {
		return clients, nil
	}
	var each client
	if err := read(given.confidential, &each); err != nil {
		return nil, err
	}
	return append(clients, storage.Client{
		ID: each.ID, Name: each.ID, Secret: each.Secret, RedirectURIs: each.Redirects,
	}), nil
}

// kept is in memory, but for people: they are in a file that is read whenever somebody logs in or goes on.
type kept struct {
	storage.Storage
	people string
	going  sync.Mutex
}

// UpdateRefreshToken updates it outside the lock of Dex' memory, which is asked again by who updates.
func (s *kept) UpdateRefreshToken(
	ctx context.Context, id string, update func(storage.RefreshToken) (storage.RefreshToken, error),
) error {
	s.going.Lock()
	defer s.going.Unlock()
	former, err := s.GetRefresh(ctx, id)
	if err != nil {
		return err
	}
	next, err := update(former)
	if err != nil {
		return err
	}
	return s.Storage.UpdateRefreshToken(ctx, id, func(storage.RefreshToken) (storage.RefreshToken, error) {
		return next, nil
	})
}

func (s *kept) GetPassword(_ context.Context, email string) (storage.Password, error) {
	var people []person
	if err := read(s.people, &people); err != nil {
		return storage.Password{}, err
	}
	for _, each := range people {
		if each.Email != email {
			continue
		}
		hash, err := bcrypt.GenerateFromPassword([]byte(each.Password), bcrypt.DefaultCost)
		return storage.Password{
			Email: each.Email, Username: each.Email, UserID: each.Email, Hash: hash,
			Groups: each.Groups, EmailVerified: each.Verified,
		}, err
	}
	return storage.Password{}, storage.ErrNotFound
}

func read(file string, into any) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return json.Unmarshal(content, into)
}
