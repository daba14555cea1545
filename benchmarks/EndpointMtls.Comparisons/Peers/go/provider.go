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

// fileProvider is a certprovider.Provider that watches three files, and keeps the last valid content. Later versions of grpc-go
// have one (pemfile), and credentials that use it at each handshake (advancedtls). This version has only the interface.
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

// read publishes the content of the files, if it has changed and is consistent.
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
		return fmt.Errorf("%s has no certificate", p.files[0])
	}
	p.Set(&certprovider.KeyMaterial{Certs: []tls.Certificate{certificate}, Roots: roots}, nil)
	p.last = content
	return nil
}

// credentials get the certificate and the roots from the provider at each handshake.
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

		// The roots of a tls.Config cannot change, so its verification is replaced by the same verification with current roots.
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
