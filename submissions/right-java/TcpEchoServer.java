import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;

/** Serves one client: every byte goes back until the client ends its direction. */
public class TcpEchoServer {
    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 50007;
        try (ServerSocket server = new ServerSocket(port); Socket client = server.accept()) {
            System.out.println("Connected by " + client.getRemoteSocketAddress());
            try {
                echo(client);
            } catch (IOException e) {
                System.err.println("The client broke off: " + e.getMessage());
            }
        }
    }

    private static void echo(Socket client) throws IOException {
        InputStream in = client.getInputStream();
        OutputStream out = client.getOutputStream();
        byte[] buffer = new byte[4096];
        int n;
        while ((n = in.read(buffer)) != -1) {
            out.write(buffer, 0, n);
            out.flush();
        }
    }
}
