//! TLS by rustls: verified unless told otherwise, against the system's roots or a file of roots.

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Files in PEM format.
#[derive(Clone, Debug, Default)]
pub struct TlsSettings {
    /// Certificates of the authorities that are trusted. An initiator without it trusts those of the
    /// system; an acceptor with it demands a certificate of each client.
    pub authorities: Option<PathBuf>,
    /// Our certificate and those that lead to its authority. An acceptor needs one.
    pub certificate: Option<PathBuf>,
    /// The private key of our certificate.
    pub key: Option<PathBuf>,
    /// The name that the peer's certificate has to have; the host connected to unless given.
    pub server_name: Option<String>,
}

/// Makes the TLS side of each new connection.
#[derive(Clone, Debug)]
pub(super) enum Tls {
    Client(Arc<ClientConfig>, ServerName<'static>),
    Server(Arc<ServerConfig>),
}

impl Tls {
    /// For connections to `host`.
    pub(super) fn client(settings: &TlsSettings, host: &str) -> io::Result<Self> {
        let roots = match &settings.authorities {
            Some(file) => roots(file)?,
            None => system_roots()?,
        };
        let config = builder(ClientConfig::builder_with_provider(provider()))?;
        let config = config.with_root_certificates(roots);
        let config = match ours(settings)? {
            Some((chain, key)) => config.with_client_auth_cert(chain, key).map_err(invalid)?,
            None => config.with_no_client_auth(),
        };
        let name = settings.server_name.as_deref().unwrap_or(host);
        let name = ServerName::try_from(name.to_owned()).map_err(|_| {
            invalid(format!(
                "server_name={name:?}, expected a host's name or address as its certificate has it"
            ))
        })?;
        Ok(Self::Client(Arc::new(config), name))
    }

    /// For connections that a listener accepts.
    pub(super) fn server(settings: &TlsSettings) -> io::Result<Self> {
        let Some((chain, key)) = ours(settings)? else {
            return Err(invalid(
                "an acceptor with TLS needs a certificate and its key",
            ));
        };
        let config = builder(ServerConfig::builder_with_provider(provider()))?;
        let config = match &settings.authorities {
            Some(file) => {
                let roots = Arc::new(roots(file)?);
                let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider());
                config.with_client_cert_verifier(verifier.build().map_err(invalid)?)
            }
            None => config.with_no_client_auth(),
        };
        let config = config.with_single_cert(chain, key).map_err(invalid)?;
        Ok(Self::Server(Arc::new(config)))
    }

    /// The TLS side of a new connection.
    pub(super) fn connection(&self) -> io::Result<rustls::Connection> {
        match self {
            Self::Client(config, name) => ClientConnection::new(Arc::clone(config), name.clone())
                .map(rustls::Connection::from)
                .map_err(invalid),
            Self::Server(config) => ServerConnection::new(Arc::clone(config))
                .map(rustls::Connection::from)
                .map_err(invalid),
        }
    }
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn builder<S: rustls::ConfigSide>(
    builder: rustls::ConfigBuilder<S, rustls::WantsVersions>,
) -> io::Result<rustls::ConfigBuilder<S, rustls::WantsVerifier>> {
    builder
        .with_safe_default_protocol_versions()
        .map_err(invalid)
}

/// Our certificate with its key, if both are named.
type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn ours(settings: &TlsSettings) -> io::Result<Option<Identity>> {
    match (&settings.certificate, &settings.key) {
        (Some(chain), Some(key)) => {
            let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| {
                invalid(format!(
                    "{}: {error}, expected a private key",
                    key.display()
                ))
            })?;
            Ok(Some((certificates(chain)?, secret)))
        }
        (None, None) => Ok(None),
        _ => Err(invalid(
            "a certificate and its key are given both or not at all",
        )),
    }
}

fn certificates(file: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(invalid(format!("{} holds no certificate", file.display()))),
        Err(error) => Err(invalid(format!(
            "{}: {error}, expected certificates",
            file.display()
        ))),
    }
}

fn roots(file: &Path) -> io::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(file)? {
        roots.add(certificate).map_err(invalid)?;
    }
    Ok(roots)
}

fn system_roots() -> io::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    // Some of what systems list is expired or odd; each of the others is of use.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(invalid(
            "this system lists no certificate authorities; name a file of them",
        ));
    }
    Ok(roots)
}

fn invalid(error: impl ToString) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("TLS: {}", error.to_string()),
    )
}
