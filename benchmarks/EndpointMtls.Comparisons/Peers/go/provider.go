package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/tls/certprovider"
)

// fileProvider is a certprovider.Provider that follows three files, and keeps the last good ones. Later versions of grpc-go
// bring one (pemfile), and credentials that ask it at each handshake (advancedtls); this one has the interface only.
type fileProvider struct {
	*certprovider.Distributor
	files [3]string
	last  [3][]byte
}

var _ certprovider.Provider = (*fileProvider)(nil)

func newFileProvider(caFile, certFile, keyFile string, refresh time.Duration) *fileProvider {
	provider := &fileProvider{Distributor: certprovider.NewDistributor(), files: [3]string{caFile, certFile, keyFile}}
	if err := provider.read(); err != nil {
		provider.Set(nil, err)
	}
	go func() {
		for range time.Tick(refresh) {
			if err := provider.read(); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}
	}()
	return provider
}

func (p *fileProvider) Close() { p.Stop() }

// read publishes what the files hold, if that has changed and fits together.
func (p *fileProvider) read() error {
	var content [3][]byte
	changed := false
	for i, file := range p.files {
		var err error
		if content[i], err = os.ReadFile(file); err != nil {
			return err
		}
		changed = changed || !bytes.Equal(content[i], p.last[i])
	}
	if !changed {
		return nil
	}
	certificate, err := tls.X509KeyPair(content[1], content[2])
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(content[0]) {
		return fmt.Errorf("%s holds no certificate", p.files[0])
	}
	p.Set(&certprovider.KeyMaterial{Certs: []tls.Certificate{certificate}, Roots: roots}, nil)
	p.last = content
	return nil
}

// credentials ask the provider at each handshake, both for what to present and for whom to trust.
func (p *fileProvider) credentials(serverName string) credentials.TransportCredentials {
	return credentials.NewTLS(&tls.Config{
		ServerName: serverName,
		MinVersion: tls.VersionTLS13,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			material, err := p.KeyMaterial(context.Background())
			if err != nil {
				return nil, err
			}
			return &material.Certs[0], nil
		},

		// The roots of a tls.Config cannot change, so its own verification is replaced by the same one with other roots.
		InsecureSkipVerify: true,
		VerifyConnection: func(state tls.ConnectionState) error {
			material, err := p.KeyMaterial(context.Background())
			if err != nil {
				return err
			}
			return verify(state, material.Roots)
		},
	})
}

func verify(state tls.ConnectionState, roots *x509.CertPool) error {
	if len(state.PeerCertificates) == 0 {
		return errors.New("the server presented no certificate")
	}
	intermediates := x509.NewCertPool()
	for _, certificate := range state.PeerCertificates[1:] {
		intermediates.AddCert(certificate)
	}
	_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{DNSName: state.ServerName, Roots: roots, Intermediates: intermediates})
	return err
}
