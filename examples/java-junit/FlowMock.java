import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A flow-mock process that serves HTTPS on a free port. */
final class FlowMock {
  private static final String LISTENING = "flow-mock listening on ";

  final String url;

  /** Trusts the mock's certificate. */
  final HttpClient client;

  private final Process process;

  /** Starts $FLOW_MOCK, or flow-mock on PATH. The mock puts its authority into the folder. */
  FlowMock(Path folder) throws IOException, GeneralSecurityException {
    String binary = System.getenv().getOrDefault("FLOW_MOCK", "flow-mock");
    // With --exit-with-parent the mock ends when its standard input does, and thus with this process.
    ProcessBuilder builder = new ProcessBuilder(binary, "--quiet", "--exit-with-parent", "--port", "0",
        "--https-port", "0", "--tls-auto", folder.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().keySet().removeIf(name -> name.startsWith("FLOW_MOCK_")); // options of other mocks
    process = builder.start();
    url = process.inputReader().lines()
        .filter(line -> line.startsWith(LISTENING + "https:"))
        .map(line -> line.substring(LISTENING.length()))
        .findFirst()
        .orElseThrow(() -> new IOException(binary + " did not start"));
    client = HttpClient.newBuilder().sslContext(trust(folder.resolve("ca.pem"))).build();
  }

  private static SSLContext trust(Path authority) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream pem = Files.newInputStream(authority)) {
      store.setCertificateEntry("flow-mock", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  void end() throws InterruptedException {
    process.destroy();
    process.waitFor();
  }

  /** Leases a sandbox for one test. */
  Sandbox sandbox() throws InterruptedException {
    return new Sandbox(call("POST", url + "/__admin/leases", ""));
  }

  private JsonObject call(String method, String url, String json) throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).method(method, BodyPublishers.ofString(json)).build();
    try {
      HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
      if (answer.statusCode() >= 300) {
        throw new IllegalArgumentException(method + " " + url + " " + json + ": " + answer.body());
      }
      return JsonParser.parseString(answer.body()).getAsJsonObject();
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  /** A leased sandbox: nobody else has its runs, time, faults and journal. */
  final class Sandbox {
    final String apiKey;
    final Map<String, String> headers = new HashMap<>();

    private final String id;
    private final String adminUrl;

    private Sandbox(JsonObject lease) {
      id = lease.get("id").getAsString();
      adminUrl = lease.get("adminUrl").getAsString();
      apiKey = lease.get("apiKey").getAsString();
      lease.getAsJsonObject("headers").asMap().forEach((name, value) -> headers.put(name, value.getAsString()));
    }

    /** A call of the control API (docs/control-api.md), below the sandbox. */
    JsonObject control(String method, String path, String json) throws InterruptedException {
      return call(method, adminUrl + path, json);
    }

    /** Removes the sandbox, and returns what was left over. */
    JsonObject end() throws InterruptedException {
      return call("DELETE", url + "/__admin/leases/" + id, "");
    }
  }
}
