import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Asks one client for its student ID. */
public class TcpStudentIdServer {
    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 5001;
        try (ServerSocket server = new ServerSocket(port); Socket client = server.accept()) {
            try {
                client.getOutputStream().write("What's your student ID?\n".getBytes(StandardCharsets.UTF_8));
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
                String answer = in.readLine(); // up to the end of the line or of the stream
                if (answer == null) {
                    System.err.println("The client did not answer");
                } else {
                    System.out.println(answer.toUpperCase(Locale.ROOT));
                }
            } catch (IOException e) {
                System.err.println("The client broke off: " + e.getMessage());
            }
        }
    }
}
