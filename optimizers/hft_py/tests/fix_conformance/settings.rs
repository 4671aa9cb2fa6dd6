//! The `set` lines of a text.

use hft_py::fix::session::{SECOND, Schedule, Settings};
use std::sync::Arc;

/// 2026-01-05 09:00:00 UTC, a Monday: when each text begins.
pub const START: i64 = 1_767_603_600 * SECOND;

pub fn set(settings: &mut Settings, name: &str, value: &str) -> Result<(), String> {
    let bad = |_| format!("set {name} {value}: expected a number");
    let yes = value == "yes";
    match name {
        "heartbeat" => settings.heartbeat = value.parse().map_err(bad)?,
        "reset_on_logon" => settings.reset_on_logon = yes,
        "reset_on_logout" => settings.reset_on_logout = yes,
        "reset_on_disconnect" => settings.reset_on_disconnect = yes,
        "check_comp_ids" => settings.check_comp_ids = yes,
        "check_latency" => settings.check_latency = yes,
        "require_orig_sending_time" => settings.require_orig_sending_time = yes,
        "fields_order" => settings.checks.fields_order = yes,
        "values" => settings.checks.values = yes,
        "user_defined" => settings.checks.user_defined = yes,
        "required" => settings.checks.required = yes,
        "send_while_logged_off" => settings.send_while_logged_off = yes,
        "max_message" => settings.max_message = value.parse().map_err(bad)?,
        "max_pending" => settings.max_pending = value.parse().map_err(bad)?,
        "supported" => {
            let types = value.split(' ').map(|kind| kind.as_bytes().to_vec());
            settings.supported = Some(types.collect());
        }
        "schedule" => {
            // Windows in hours from the start of the text: 0-8 24-32
            let hours = |text: &str| text.parse::<f64>().map(|hours| (hours * 3600e9) as i64);
            let mut windows = Vec::new();
            for window in value.split(' ') {
                let (start, end) = window.split_once('-').ok_or("expected HOUR-HOUR")?;
                let time = |text| {
                    hours(text)
                        .map(|at| START + at)
                        .map_err(|_| "expected hours")
                };
                windows.push((time(start)?, time(end)?));
            }
            let schedule = Schedule::new(windows).map_err(|error| error.to_string())?;
            settings.schedule = Some(Arc::new(schedule));
        }
        _ => return Err(format!("set {name}: no such setting")),
    }
    Ok(())
}
