import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import com.amazonaws.services.dynamodbv2.local.server.DynamoDBProxyServer;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

/**
 * Runs AWS's DynamoDB Local in memory for programs of this machine: {@code java -cp 'lib/*' TableServer.java PORT}.
 *
 * <p>Its own main program listens on every address and lets every website call it. Its server is made here, told to listen
 * on the loopback only, and put behind a guard that answers no browser.
 */
public final class TableServer {
  private static final Pattern HERE = Pattern.compile("(localhost|127\\.0\\.0\\.1|\\[::1])(:\\d+)?");

  public static void main(String[] arguments) throws Exception {
    String[] options = {"-inMemory", "-sharedDb", "-disableTelemetry", "-port", arguments[0]};
    DynamoDBProxyServer runner = ServerRunner.createServerFromCommandLineArgs(options);
    Server server = jettyOf(runner);
    for (Connector connector : server.getConnectors()) ((ServerConnector) connector).setHost("127.0.0.1");
    server.setHandler(new Guard(server.getHandler()));
    runner.start();
    runner.join();
  }

  /** DynamoDB Local keeps its web server to itself. */
  private static Server jettyOf(DynamoDBProxyServer runner) throws ReflectiveOperationException {
    var field = DynamoDBProxyServer.class.getDeclaredField("server");
    field.setAccessible(true);
    return (Server) field.get(runner);
  }

  /** What a website has a browser send names its origin or its site, or a host that is not this machine. */
  private static final class Guard extends Handler.Wrapper {
    Guard(Handler guarded) {
      super(guarded);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      if (isOfThisMachine(request)) return super.handle(request, response, callback);
      Response.writeError(request, response, callback, 403);
      return true;
    }

    private static boolean isOfThisMachine(Request request) {
      var headers = request.getHeaders();
      String host = headers.get(HttpHeader.HOST);
      boolean isBrowser = headers.contains(HttpHeader.ORIGIN) || headers.contains("Sec-Fetch-Site");
      return !isBrowser && host != null && HERE.matcher(host).matches();
    }
  }
}
