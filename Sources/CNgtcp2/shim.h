// QuartzFlow
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <ngtcp2/ngtcp2.h>
#include <ngtcp2/ngtcp2_crypto.h>
#include <ngtcp2/ngtcp2_crypto_gnutls.h>
#include <string.h>

// What Swift cannot import from the two libraries, and what differs between ngtcp2 0.12 (Debian 12) and 1.x
// (Debian 13). Function-like macros, names defined both as enum case and as macro, renamed types: all of it ends
// here, so that the Swift side is one source for both.
//
// Never include <netinet/udp.h> here and never define _GNU_SOURCE: both clash with NIO's own C modules.

#if NGTCP2_VERSION_NUM >= 0x010000
typedef ngtcp2_ccerr flow_close_error;
#else
typedef ngtcp2_connection_close_error flow_close_error;
#endif

// MARK: GnuTLS names that are both an enum case and a macro

static inline unsigned flow_gnutls_server_flags(void) {
    return GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET | GNUTLS_NO_END_OF_EARLY_DATA;
}

static inline unsigned flow_gnutls_client_flags(void) {
    return GNUTLS_CLIENT | GNUTLS_NO_TICKETS | GNUTLS_NO_END_OF_EARLY_DATA;
}

static inline void flow_gnutls_on_client_hello(gnutls_session_t session, gnutls_handshake_hook_func hook) {
    gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_CLIENT_HELLO, GNUTLS_HOOK_POST, hook);
}

static inline void flow_gnutls_free(void *pointer) { gnutls_free(pointer); }

// MARK: Close errors: ngtcp2_connection_close_error became ngtcp2_ccerr in 1.0

static inline void flow_close_error_default(flow_close_error *error) {
#if NGTCP2_VERSION_NUM >= 0x010000
    ngtcp2_ccerr_default(error);
#else
    ngtcp2_connection_close_error_default(error);
#endif
}

static inline void flow_close_error_application(
    flow_close_error *error, uint64_t code, const uint8_t *reason, size_t length) {
#if NGTCP2_VERSION_NUM >= 0x010000
    ngtcp2_ccerr_set_application_error(error, code, reason, length);
#else
    ngtcp2_connection_close_error_set_application_error(error, code, reason, length);
#endif
}

static inline void flow_close_error_transport(flow_close_error *error, uint64_t code) {
#if NGTCP2_VERSION_NUM >= 0x010000
    ngtcp2_ccerr_set_transport_error(error, code, NULL, 0);
#else
    ngtcp2_connection_close_error_set_transport_error(error, code, NULL, 0);
#endif
}

static inline void flow_close_error_library(flow_close_error *error, int result) {
#if NGTCP2_VERSION_NUM >= 0x010000
    ngtcp2_ccerr_set_liberr(error, result, NULL, 0);
#else
    ngtcp2_connection_close_error_set_transport_error_liberr(error, result, NULL, 0);
#endif
}

static inline void flow_close_error_alert(flow_close_error *error, uint8_t alert) {
#if NGTCP2_VERSION_NUM >= 0x010000
    ngtcp2_ccerr_set_tls_alert(error, alert, NULL, 0);
#else
    ngtcp2_connection_close_error_set_transport_error_tls_alert(error, alert, NULL, 0);
#endif
}

static inline int flow_close_error_is_application(const flow_close_error *error) {
#if NGTCP2_VERSION_NUM >= 0x010000
    return error->type == NGTCP2_CCERR_TYPE_APPLICATION;
#else
    return error->type == NGTCP2_CONNECTION_CLOSE_ERROR_CODE_TYPE_APPLICATION;
#endif
}

/// The error of the CONNECTION_CLOSE the peer sent; `reason` points into the connection.
static inline void flow_conn_close_error(ngtcp2_conn *conn, flow_close_error *error) {
#if NGTCP2_VERSION_NUM >= 0x010000
    *error = *ngtcp2_conn_get_ccerr(conn);
#else
    ngtcp2_conn_get_connection_close_error(conn, error);
#endif
}

// MARK: Settings, transport parameters, packet header fields whose shape changed

static inline void flow_settings_default(ngtcp2_settings *settings) { ngtcp2_settings_default(settings); }

/// `token` must live until the connection has been made.
static inline void flow_settings_set_token(ngtcp2_settings *settings, const ngtcp2_pkt_hd *header) {
#if NGTCP2_VERSION_NUM >= 0x010000
    settings->token = header->token;
    settings->tokenlen = header->tokenlen;
#else
    settings->token = header->token;
#endif
}

static inline void flow_params_default(ngtcp2_transport_params *params) { ngtcp2_transport_params_default(params); }

static inline void flow_params_set_original_dcid(ngtcp2_transport_params *params, const ngtcp2_cid *cid) {
    params->original_dcid = *cid;
#if NGTCP2_VERSION_NUM >= 0x010000
    params->original_dcid_present = 1;
#endif
}

static inline void flow_params_set_retry_scid(ngtcp2_transport_params *params, const ngtcp2_cid *cid) {
    params->retry_scid = *cid;
    params->retry_scid_present = 1;
}

static inline const uint8_t *flow_header_token(const ngtcp2_pkt_hd *header, size_t *length) {
#if NGTCP2_VERSION_NUM >= 0x010000
    *length = header->tokenlen;
    return header->token;
#else
    *length = header->token.len;
    return header->token.base;
#endif
}

static inline size_t flow_max_retry_token_length(void) { return NGTCP2_CRYPTO_MAX_RETRY_TOKENLEN; }

static inline void flow_cid(ngtcp2_cid *cid, const uint8_t *bytes, size_t length) {
    ngtcp2_cid_init(cid, bytes, length);
}

// MARK: Versioned calls: the macros that supply the structure versions do not import

static inline int flow_conn_client_new(
    ngtcp2_conn **conn, const ngtcp2_cid *dcid, const ngtcp2_cid *scid, const ngtcp2_path *path, uint32_t version,
    const ngtcp2_callbacks *callbacks, const ngtcp2_settings *settings, const ngtcp2_transport_params *params,
    void *user) {
    return ngtcp2_conn_client_new(conn, dcid, scid, path, version, callbacks, settings, params, NULL, user);
}

static inline int flow_conn_server_new(
    ngtcp2_conn **conn, const ngtcp2_cid *dcid, const ngtcp2_cid *scid, const ngtcp2_path *path, uint32_t version,
    const ngtcp2_callbacks *callbacks, const ngtcp2_settings *settings, const ngtcp2_transport_params *params,
    void *user) {
    return ngtcp2_conn_server_new(conn, dcid, scid, path, version, callbacks, settings, params, NULL, user);
}

static inline int flow_conn_read(
    ngtcp2_conn *conn, const ngtcp2_path *path, unsigned ecn, const uint8_t *data, size_t length, uint64_t now) {
    ngtcp2_pkt_info info;
    memset(&info, 0, sizeof(info));
    info.ecn = ecn;
    return ngtcp2_conn_read_pkt(conn, path, &info, data, length, now);
}

static inline ptrdiff_t flow_conn_write(
    ngtcp2_conn *conn, ngtcp2_path *path, unsigned *ecn, uint8_t *out, size_t capacity, ptrdiff_t *taken,
    unsigned flags, int64_t stream, const ngtcp2_vec *data, size_t count, uint64_t now) {
    ngtcp2_pkt_info info;
    memset(&info, 0, sizeof(info));
    ngtcp2_ssize accepted = -1;
    ngtcp2_ssize written = ngtcp2_conn_writev_stream(
        conn, path, &info, out, capacity, &accepted, flags, stream, data, count, now);
    *taken = accepted;
    *ecn = info.ecn;
    return written;
}

static inline ptrdiff_t flow_conn_write_close(
    ngtcp2_conn *conn, ngtcp2_path *path, uint8_t *out, size_t capacity, const flow_close_error *error,
    uint64_t now) {
    ngtcp2_pkt_info info;
    memset(&info, 0, sizeof(info));
    return ngtcp2_conn_write_connection_close(conn, path, &info, out, capacity, error, now);
}

static inline int flow_conn_shutdown_read(ngtcp2_conn *conn, int64_t stream, uint64_t code) {
#if NGTCP2_VERSION_NUM >= 0x010000
    return ngtcp2_conn_shutdown_stream_read(conn, 0, stream, code);
#else
    return ngtcp2_conn_shutdown_stream_read(conn, stream, code);
#endif
}

static inline int flow_conn_shutdown_write(ngtcp2_conn *conn, int64_t stream, uint64_t code) {
#if NGTCP2_VERSION_NUM >= 0x010000
    return ngtcp2_conn_shutdown_stream_write(conn, 0, stream, code);
#else
    return ngtcp2_conn_shutdown_stream_write(conn, stream, code);
#endif
}

// MARK: Callbacks the crypto helper library provides

static inline void flow_callbacks_default(ngtcp2_callbacks *callbacks) {
    memset(callbacks, 0, sizeof(*callbacks));
    callbacks->client_initial = ngtcp2_crypto_client_initial_cb;
    callbacks->recv_client_initial = ngtcp2_crypto_recv_client_initial_cb;
    callbacks->recv_crypto_data = ngtcp2_crypto_recv_crypto_data_cb;
    callbacks->encrypt = ngtcp2_crypto_encrypt_cb;
    callbacks->decrypt = ngtcp2_crypto_decrypt_cb;
    callbacks->hp_mask = ngtcp2_crypto_hp_mask_cb;
    callbacks->recv_retry = ngtcp2_crypto_recv_retry_cb;
    callbacks->update_key = ngtcp2_crypto_update_key_cb;
    callbacks->delete_crypto_aead_ctx = ngtcp2_crypto_delete_crypto_aead_ctx_cb;
    callbacks->delete_crypto_cipher_ctx = ngtcp2_crypto_delete_crypto_cipher_ctx_cb;
    callbacks->get_path_challenge_data = ngtcp2_crypto_get_path_challenge_data_cb;
    callbacks->version_negotiation = ngtcp2_crypto_version_negotiation_cb;
}
