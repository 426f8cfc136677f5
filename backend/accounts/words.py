"""What is written to a mailbox about an account. Others may see it: it names nothing of a man's health.

No message has a link: whoever gets one opens the app himself. ``{code}`` is filled in where there is one.
"""

from __future__ import annotations

from types import MappingProxyType

from notifications.domain.words import Words

__all__ = ["CODES", "NOTICES", "WHY"]

WHY = "You receive this because somebody entered this address in the app. If it was not you, you need not do anything."

# By allauth's name for the message. Without these nobody gets any further, so a failure to send them is a failure.
CODES = MappingProxyType(
    {
        "account/email/email_confirmation": Words(
            "Trabecula: your code", "Your code is {code}\n\nEnter it in the app. It holds for 10 minutes."
        ),
        "account/email/email_confirmation_signup": Words(
            "Trabecula: your code", "Your code is {code}\n\nEnter it in the app. It holds for 10 minutes."
        ),
        "account/email/password_reset_code": Words(
            "Trabecula: your code",
            "Your code for a new password is {code}\n\nEnter it in the app. It holds for 10 minutes. Tell it nobody.",
        ),
        "account/email/account_already_exists": Words(
            "Trabecula: you have an account",
            "Somebody, probably you, wanted to make an account with this address. There is one already: sign in, or choose a "
            "new password in the app.",
        ),
        "account/email/unknown_account": Words(
            "Trabecula: no account here",
            "Somebody, probably you, wanted a new password for this address. There is no account with it. Did you sign up "
            "with another address?",
        ),
    }
)

# What has happened already. It is told so that a stranger's doing is noticed.
_UNLESS = "If that was not you, choose a new password in the app now, and end the other sign-ins there."
NOTICES = MappingProxyType(
    {
        "trabecula/email/erasure_asked": Words(
            "Trabecula: your account will be erased",
            "You asked for your account to be erased. You were signed out everywhere. If you want to keep it, sign in within "
            f"the next days: that cancels it. {_UNLESS}",
        ),
        "trabecula/email/erasure_cancelled": Words(
            "Trabecula: your account stays",
            "You signed in, so your account will not be erased. Whom you had let in before is let in no longer; you can do so "
            f"anew. {_UNLESS}",
        ),
        "account/email/email_changed": Words(
            "Trabecula: your address was changed", f"The e-mail address of your account was changed. {_UNLESS}"
        ),
        "account/email/email_deleted": Words(
            "Trabecula: an address was removed", f"An e-mail address was removed from your account. {_UNLESS}"
        ),
        "account/email/password_changed": Words(
            "Trabecula: new password", f"The password of your account was changed. {_UNLESS}"
        ),
        "account/email/password_set": Words("Trabecula: new password", f"A password was set for your account. {_UNLESS}"),
        "account/email/password_reset": Words(
            "Trabecula: new password", f"A new password was chosen with a code sent to this address. {_UNLESS}"
        ),
        "mfa/email/totp_activated": Words(
            "Trabecula: one-time codes", f"One-time codes were switched on for your account. {_UNLESS}"
        ),
        "mfa/email/totp_deactivated": Words(
            "Trabecula: one-time codes", f"One-time codes were switched off for your account. {_UNLESS}"
        ),
        "mfa/email/webauthn_added": Words("Trabecula: passkey", f"A passkey was added to your account. {_UNLESS}"),
        "mfa/email/webauthn_removed": Words("Trabecula: passkey", f"A passkey was removed from your account. {_UNLESS}"),
        "mfa/email/recovery_codes_generated": Words(
            "Trabecula: recovery codes", f"New recovery codes were made for your account. {_UNLESS}"
        ),
    }
)
