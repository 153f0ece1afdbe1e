//! Where the publisher sends people to.

use super::Role;
use super::derived::Derived;

/// Adds the store's address to a publisher.
pub(super) fn derive(derived: &mut Derived<'_>) {
    if derived.view.role != Some(Role::Publisher) {
        return;
    }
    let open = derived.is_open("store.url");
    match derived.view.access(Role::Store) {
        Ok(Some(access)) => {
            if open && let Some((url, cause)) = derived.services(access, "/store") {
                derived.set("store.url", url, cause.clone());
                derived.set_flag("store.display_url", true, cause);
            }
        }
        Ok(None) => {}
        Err(error) if open => derived.refuse(error),
        Err(_) => {}
    }
}
