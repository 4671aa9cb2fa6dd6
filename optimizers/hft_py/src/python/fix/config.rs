//! The settings of engines and sessions as Python gives them: mappings that `hft_py.fix` has validated.

use super::PyDictionary;
use crate::fix::dictionary::Checks;
use crate::fix::io::{Backoff, Connect, Limits, Listen, SessionConfig, StoreConfig, TlsSettings};
use crate::fix::session::{Role, Schedule, SessionId, Settings};
use crate::fix::store::Sync;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// One session. Times are in seconds.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct SessionItems {
    begin_string: String,
    sender: String,
    target: String,
    initiator: bool,
    host: String,
    port: u16,
    heartbeat: u32,
    reset_on_logon: bool,
    reset_on_logout: bool,
    reset_on_disconnect: bool,
    check_comp_ids: bool,
    check_latency: bool,
    max_latency: f64,
    check_fields_order: bool,
    check_values: bool,
    check_user_defined: bool,
    check_required: bool,
    logon_timeout: f64,
    logout_timeout: f64,
    max_message: usize,
    max_pending: usize,
    send_while_logged_off: bool,
    logon_fields: Vec<(u32, Vec<u8>)>,
    windows: Option<Vec<(i64, i64)>>,
    store: Option<PathBuf>,
    sync: String,
    first_wait: f64,
    longest_wait: f64,
    tls: Option<TlsItems>,
    pub dictionary: Py<PyDictionary>,
}

/// Files of certificates.
#[derive(FromPyObject, Clone)]
#[pyo3(from_item_all)]
pub struct TlsItems {
    authorities: Option<PathBuf>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    server_name: Option<String>,
}

/// Bounds.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct LimitItems {
    max_unsent: usize,
    max_waiting: usize,
    max_sessions: usize,
    failed_logons_a_minute: u32,
    sync_interval: f64,
    logon_timeout: f64,
}

/// Where an acceptor listens.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct ListenItems {
    host: String,
    port: u16,
    tls: Option<TlsItems>,
    template: Option<SessionItems>,
}

impl SessionItems {
    /// All but the address, which an acceptor has none of.
    pub fn settings(&self) -> PyResult<Settings> {
        let id = SessionId {
            begin_string: self.begin_string.clone(),
            sender: self.sender.clone(),
            target: self.target.clone(),
        };
        let role = if self.initiator {
            Role::Initiator
        } else {
            Role::Acceptor
        };
        let mut settings = Settings::new(id, role);
        settings.heartbeat = self.heartbeat;
        settings.reset_on_logon = self.reset_on_logon;
        settings.reset_on_logout = self.reset_on_logout;
        settings.reset_on_disconnect = self.reset_on_disconnect;
        settings.check_comp_ids = self.check_comp_ids;
        settings.check_latency = self.check_latency;
        settings.max_latency = nanoseconds(self.max_latency);
        settings.checks = Checks {
            fields_order: self.check_fields_order,
            values: self.check_values,
            user_defined: self.check_user_defined,
            required: self.check_required,
        };
        settings.logon_timeout = nanoseconds(self.logon_timeout);
        settings.logout_timeout = nanoseconds(self.logout_timeout);
        settings.max_message = self.max_message;
        settings.max_pending = self.max_pending;
        settings.send_while_logged_off = self.send_while_logged_off;
        settings.logon_fields = self.logon_fields.clone();
        if let Some(windows) = &self.windows {
            let schedule = Schedule::new(windows.clone());
            let schedule = schedule.map_err(|error| PyValueError::new_err(error.to_string()))?;
            settings.schedule = Some(Arc::new(schedule));
        }
        Ok(settings)
    }

    pub fn config(&self) -> PyResult<SessionConfig> {
        let connect = self.initiator.then(|| Connect {
            host: self.host.clone(),
            port: self.port,
            tls: self.tls.clone().map(TlsItems::settings),
            backoff: Backoff {
                first: Duration::from_secs_f64(self.first_wait),
                longest: Duration::from_secs_f64(self.longest_wait),
            },
        });
        let store = match &self.store {
            None => StoreConfig::Memory,
            Some(folder) => StoreConfig::File {
                folder: folder.clone(),
                sync: match self.sync.as_str() {
                    "always" => Sync::Always,
                    "interval" => Sync::Interval,
                    _ => Sync::Never,
                },
            },
        };
        Ok(SessionConfig {
            settings: self.settings()?,
            dictionary: Arc::clone(self.dictionary.get().inner()),
            store,
            connect,
        })
    }
}

impl TlsItems {
    fn settings(self) -> TlsSettings {
        TlsSettings {
            authorities: self.authorities,
            certificate: self.certificate,
            key: self.key,
            server_name: self.server_name,
        }
    }
}

impl LimitItems {
    pub fn limits(&self) -> Limits {
        Limits {
            max_unsent: self.max_unsent,
            max_waiting: self.max_waiting,
            max_sessions: self.max_sessions,
            failed_logons_a_minute: self.failed_logons_a_minute,
            sync_interval: Duration::from_secs_f64(self.sync_interval),
            logon_timeout: Duration::from_secs_f64(self.logon_timeout),
            ..Limits::default()
        }
    }
}

impl ListenItems {
    pub fn listen(&self) -> PyResult<Listen> {
        let host = self.host.parse().map_err(|_| {
            let host = &self.host;
            PyValueError::new_err(format!(
                "host={host:?}, expected an address such as 127.0.0.1"
            ))
        })?;
        Ok(Listen {
            address: std::net::SocketAddr::new(host, self.port),
            tls: self.tls.clone().map(TlsItems::settings),
            template: self
                .template
                .as_ref()
                .map(SessionItems::config)
                .transpose()?,
        })
    }

    /// The dictionary of sessions made from the template.
    pub fn dictionary(&self, py: Python<'_>) -> Option<Py<PyDictionary>> {
        self.template
            .as_ref()
            .map(|template| template.dictionary.clone_ref(py))
    }
}

/// Seconds, validated before.
fn nanoseconds(seconds: f64) -> i64 {
    (seconds * 1e9) as i64
}
