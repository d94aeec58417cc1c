// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAPI
import FlowCore
import Logging
import ServiceLifecycle

/// Lets people's connections have a new certificate soon after its files were replaced.
struct CertificateFilesWatch: Service {
    let tls: ServerTLS
    let logger: Logger
    /// How often to look.
    var interval = Duration.seconds(10)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var last: CoreError?
            while !Task.isCancelled {
                do throws(CoreError) {
                    if try self.tls.reload() {
                        self.logger.notice("the certificate of http.tls was read again and is in use")
                    }
                    last = nil
                } catch {
                    // Said once, not every ten seconds.
                    if last != error { self.logger.error("the former certificate stays: \(error.message)") }
                    last = error
                }
                try? await Task.sleep(for: self.interval)
            }
        }
    }
}
