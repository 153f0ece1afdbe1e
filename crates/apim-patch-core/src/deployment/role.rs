//! What a node does in a deployment: its profile, as far as other nodes care.

use std::fmt;

use crate::profile;

/// The profiles, in the order in which their nodes are restarted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// `key-manager`
    KeyManager,
    /// `traffic-manager`
    TrafficManager,
    /// `publisher`
    Publisher,
    /// `store`
    Store,
    /// `gateway-manager`: deploys the APIs that workers serve.
    GatewayManager,
    /// `gateway-worker`
    GatewayWorker,
    /// `gateway`: manager and worker in one.
    Gateway,
}

/// Every role with the name of its profile.
const NAMES: &[(Role, &str)] = &[
    (Role::KeyManager, "key-manager"),
    (Role::TrafficManager, "traffic-manager"),
    (Role::Publisher, "publisher"),
    (Role::Store, "store"),
    (Role::GatewayManager, "gateway-manager"),
    (Role::GatewayWorker, "gateway-worker"),
    (Role::Gateway, "gateway"),
];

impl Role {
    /// The role of a profile, by its own name.
    ///
    /// ```
    /// use apim_patch_core::deployment::Role;
    ///
    /// assert_eq!(Role::of("store"), Some(Role::Store));
    /// assert_eq!(Role::Store.profile(), "store");
    /// ```
    pub fn of(profile: &str) -> Option<Self> {
        let profile = profile::find(profile).ok()?;
        NAMES
            .iter()
            .find(|(_, name)| *name == profile.name)
            .map(|(role, _)| *role)
    }

    /// Every role, in the order in which their nodes are restarted.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(role, _)| *role)
    }

    /// The name of its profile.
    pub fn profile(self) -> &'static str {
        NAMES
            .iter()
            .find(|(role, _)| *role == self)
            .map_or("", |(_, name)| name)
    }

    /// Whether such a node receives API calls or deploys the APIs.
    pub fn is_gateway(self) -> bool {
        matches!(
            self,
            Self::Gateway | Self::GatewayManager | Self::GatewayWorker
        )
    }

    /// Such nodes in a sentence: `key managers`.
    pub(super) fn plural(self) -> String {
        format!("{}s", self.profile().replace('-', " "))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.profile())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::PROFILES;

    #[test]
    fn roles_are_profiles_and_profiles_roles() {
        let roles: Vec<_> = Role::all().collect();
        assert!(roles.is_sorted(), "{roles:?}");
        for role in &roles {
            assert_eq!(Role::of(role.profile()), Some(*role));
        }
        let profiles = PROFILES.iter().map(|profile| Role::of(profile.name));
        assert_eq!(profiles.flatten().count(), roles.len());
        assert_eq!(PROFILES.len(), roles.len());
        assert_eq!(Role::of("api-store"), Some(Role::Store));
        assert_eq!(Role::of("worker"), None);
    }
}
