import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Retries a failed dataflow run until it succeeds: an application to be tested against flow-mock. */
final class FlowService {
  private static final int ATTEMPTS = 5; // retries of a run, and times that one request is sent
  private static final Duration POLL = Duration.ofMinutes(10);
  private static final Duration TIMEOUT = Duration.ofMinutes(1);
  private static final Set<Integer> OVERLOADED = Set.of(429, 503); // nothing has been carried out: may be sent again

  /** The service does not do what was asked, or what it has done is unknown: sending it again may be wrong. */
  static final class Refused extends RuntimeException {
    Refused(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** It may still work, but not in so many attempts. */
  static final class GaveUp extends RuntimeException {
    GaveUp(String message) {
      super(message);
    }
  }

  /** Asks for an access token. */
  interface Tokens {
    String next() throws IOException, InterruptedException;
  }

  /** Waits: in production {@code duration -> Thread.sleep(duration.toMillis())}. */
  interface Sleeper {
    void sleep(Duration duration) throws InterruptedException;
  }

  private final HttpClient client;
  private final String url;
  private final Map<String, String> headers;
  private final Tokens tokens;
  private final Sleeper sleeper;

  FlowService(HttpClient client, String url, Map<String, String> headers, Tokens tokens, Sleeper sleeper) {
    this.client = client;
    this.url = url + "/data/foundation/flowservice";
    this.headers = new HashMap<>(headers);
    this.tokens = tokens;
    this.sleeper = sleeper;
  }

  /** Returns the id of the run that succeeded. */
  String retryUntilSuccess(String run) throws IOException, InterruptedException {
    for (int retry = 0; retry < ATTEMPTS; retry++) {
      run = call("POST", "/runs/" + run + "/action?op=re-trigger").get("id").getAsString();
      if (outcome(run).equals("success")) {
        return run;
      }
    }
    throw new GaveUp("run " + run + " has failed, too");
  }

  private String outcome(String run) throws IOException, InterruptedException {
    while (true) {
      JsonObject found = call("GET", "/runs/" + run).getAsJsonArray("items").get(0).getAsJsonObject();
      JsonObject summary = found.getAsJsonObject("metrics").getAsJsonObject("statusSummary");
      String state = summary.get("status").getAsString();
      if (state.equals("success") || state.equals("failed")) {
        return state;
      }
      sleeper.sleep(POLL);
    }
  }

  private JsonObject call(String method, String path) throws IOException, InterruptedException {
    boolean renewed = false;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      HttpResponse<String> answer = send(method, path);
      int status = answer.statusCode();
      if (status < 300) {
        return JsonParser.parseString(answer.body()).getAsJsonObject();
      } else if (status == 401 && !renewed) {
        renewed = true;
        headers.put("Authorization", "Bearer " + tokens.next());
      } else if (OVERLOADED.contains(status)) {
        sleeper.sleep(Duration.ofSeconds(answer.headers().firstValueAsLong("Retry-After").orElse(1L << attempt)));
      } else {
        throw new Refused(status + ": " + answer.body(), null);
      }
    }
    throw new GaveUp(method + " " + path + ": overloaded");
  }

  private HttpResponse<String> send(String method, String path) throws InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
        .method(method, BodyPublishers.noBody())
        .header("Content-Type", "application/json")
        .timeout(TIMEOUT);
    headers.forEach(request::header);
    try {
      return client.send(request.build(), BodyHandlers.ofString());
    } catch (IOException error) {
      throw new Refused("no answer to " + method + " " + path + ": " + error, error);
    }
  }
}
