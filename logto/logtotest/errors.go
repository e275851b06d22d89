package logtotest

// messages are Logto's English messages by error code, as recorded: some show
// placeholders that Logto leaves unfilled.
var messages = map[string]string{
	"account_center.not_enabled":                          "Account center is not enabled.",
	"auth.authorization_header_missing":                   "Authorization header is missing.",
	"auth.authorization_token_type_not_supported":         "Authorization type is not supported.",
	"auth.forbidden":                                      "Forbidden. Please check your user roles and permissions.",
	"auth.unauthorized":                                   "Unauthorized. Please check credentials and its scope.",
	"connector.authorization_failed":                      "The user's authorization process is unsuccessful.",
	"connector.invalid_response":                          "The connector's response is invalid.",
	"connector.not_implemented":                           "{{method}}: has not been implemented yet.",
	"connector.social_invalid_id_token":                   "The connector's id token is invalid.",
	"connector.unexpected_type":                           "The connector's type is unexpected.",
	"entity.invalid_input":                                "Invalid input. Value list must not be empty.",
	"entity.not_found":                                    "The resource does not exist.",
	"entity.relation_foreign_key_not_found":               "Cannot find one or more foreign keys. Please check the input and ensure that all referenced entities exist.",
	"entity.unique_integrity_violation":                   "The entity already exists. Please check your input and try again.",
	"entity.value_too_long":                               "The length of value is too long and exceeds the limit.",
	"oidc.invalid_client":                                 "An OIDC error occurred: oidc.invalid_client.",
	"oidc.invalid_grant":                                  "Grant request is invalid.",
	"oidc.invalid_request":                                "Request is invalid.",
	"oidc.invalid_session_account_id":                     "Session accountId mismatch.",
	"oidc.invalid_target":                                 "Invalid resource indicator.",
	"oidc.invalid_token":                                  "Invalid token provided.",
	"oidc.session_not_found":                              "Session not found.",
	"oidc.unsupported_grant_type":                         "Unsupported `grant_type` requested.",
	"oidc.unsupported_token_type":                         "An OIDC error occurred: oidc.unsupported_token_type.",
	"request.invalid_input":                               "Input is invalid. {{details}}",
	"request.message_rate_limited":                        "Too many messages sent to this recipient. Please try again later.",
	"session.insufficient_info":                           "Insufficient sign-in info.",
	"session.invalid_credentials":                         "Incorrect account or password. Please check your input.",
	"session.mfa.backup_code_can_not_be_alone":            "Backup code can not be the only MFA.",
	"sign_in_experiences.password_expiration_not_enabled": "Password expiration policy is not enabled. Enable it in the sign-in experience settings before expiring passwords.",
	"storage.not_configured":                              "Storage provider is not configured.",
	"user.backup_code_already_in_use":                     "Backup code is already in use.",
	"user.cannot_delete_self":                             "You cannot delete yourself.",
	"user.email_already_in_use":                           "This email is associated with an existing account.",
	"user.enterprise_sso_identity_not_exists":             "The user does not have an enterprise identity linked to the specified SSO connector ID: {{ ssoConnectorId }}.",
	"user.identity_already_in_use":                        "The social account has been associated with an existing account.",
	"user.identity_not_exist":                             "The social account has not been registered yet.",
	"user.personal_access_token_name_exists":              "Personal access token name already exists.",
	"user.phone_already_in_use":                           "This phone number is associated with an existing account.",
	"user.totp_already_in_use":                            "TOTP is already in use.",
	"user.totp_secret_invalid":                            "Invalid TOTP secret supplied.",
	"user.username_already_in_use":                        "This username is already in use.",
	"user.wrong_backup_code_format":                       "Backup code format is invalid.",
	"verification_code.code_mismatch":                     "Invalid verification code.",
	"verification_code.exceed_max_try":                    "Verification code retries limitation exceeded. Please request a new verification code.",
	"verification_code.expired":                           "Verification code has expired. Please request a new verification code.",
	"verification_code.not_found":                         "Verification code not found. Please send verification code first.",
}

// translations hold, by language and code, the messages recorded in another
// language than English.
var translations = map[string]map[string]string{
	"fr": {"entity.not_found": "La ressource n'existe pas."},
}
